"""FHIR R4: a claim in, its group and its money out, for systems that speak neither envelope nor our JSON."""
