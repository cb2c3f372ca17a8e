"""What differs from province to province around one envelope: headers, signatures, paths, spellings."""
