"""The names FHIR resources are written with: systems of codes and identifiers, and the URLs of extensions.

Where HL7 has a name it is used; where China's tables have none (no FHIR URL is published for them), a
``urn:chspay:`` name stands, so that nobody takes it for an official one.
"""

from __future__ import annotations

OURS = "urn:chspay:fhir:"
#: Identifiers.
CASE_ID, LIST_ID, HOSPITAL, REGION = (
    f"{OURS}case-id", f"{OURS}setl-list-id", f"{OURS}fixmedins-code", f"{OURS}admdvs",
)  # fmt: skip
PERSON_NO, PERSON_KEY, CERTIFICATE = f"{OURS}psn-no", f"{OURS}person-key", f"{OURS}certno"
#: Codes 医保版: diagnoses, procedures, diagnoses of Chinese medicine, groups of a scheme.
ICD10, ICD9, TCM, DRG = f"{OURS}icd-10", f"{OURS}icd-9-cm-3", f"{OURS}tcm-disease", f"{OURS}drg"
#: What is read as one of them besides.
DIAGNOSES = frozenset({ICD10, "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cn"})
PROCEDURES = frozenset({ICD9, "http://hl7.org/fhir/sid/icd-9-cm"})
#: Facts of the settlement list that FHIR has no element for; the codes are those of :data:`FACTS`.
INFORMATION = f"{OURS}supporting-info"
#: Categories of cost 医疗收费项目类别.
FEES = f"{OURS}med-chrgitm-type"

#: Code of ``supportingInfo.category`` -> what it says.
FACTS = {
    "discharge-way": "离院方式",
    "discharge-department": "出院科别",
    "place-of-care": "就医地区划",
    "insured-region": "参保地区划",
    "insurance-type": "险种类型",
    "birth-weight": "新生儿出生体重（g）",
    "icu-time": "重症监护时长（h）",
    "stay-days": "住院天数（d）",
    "patient-paid": "个人负担（CNY）",
    "fund-paid": "基金支付（CNY）",
    "referral": "转诊单号",
}

CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
DIAGNOSIS_TYPE = "http://terminology.hl7.org/CodeSystem/ex-diagnosistype"
PROCEDURE_TYPE = "http://terminology.hl7.org/CodeSystem/ex-procedureType"
ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"
POINTS = f"{OURS}adjudication"
#: CARIN's category of a DRG, the first of the two places R4 knows.
CARIN_INFORMATION = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType"
#: R5 has an element for it; this carries it in R4.
GROUP_EXTENSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-{resource}.diagnosisRelatedGroup"
#: The number of a problem of ours inside an OperationOutcome.
REASONS = f"{OURS}reason"

MEDIA_TYPE = "application/fhir+json"
YUAN = "CNY"
