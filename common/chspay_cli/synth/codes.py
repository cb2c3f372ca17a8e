"""The other diagnoses and small procedures that accompany a case, by kind of patient.

Slots are disjoint, so that a list never repeats a code. Slot 0 decides the severity: none, a CC or a
MCC of the starter scheme; the other slots hold common diagnoses that are neither.
"""

from __future__ import annotations

from enum import IntEnum


class Patient(IntEnum):
    """Which companions a case may have."""

    ADULT = 0
    YOUNG = 1
    MOTHER = 2
    INFANT = 3


MCC = {
    Patient.ADULT: "J96.900 I50.900 N17.900 J18.900 R57.900 A41.900 K92.200 G93.600"
    " I26.900 D65.x00 J69.000 K72.900",
    Patient.YOUNG: "J18.900 J96.900 A41.900 N17.900 G93.600 D70.x00",
    Patient.MOTHER: "O72.100 O14.100 O88.100 O15.000",
    Patient.INFANT: "P36.900 P22.000 P52.900 P21.000",
}
CC = {
    Patient.ADULT: "E87.600 N18.900 D64.900 J44.900 I48.x00 I25.100 N39.000 E46.x00 K74.600 D69.600"
    " J90.x00 I69.300 E11.200 F03.x00 I82.900 E03.900 D50.900 E86.x00 I20.900 J98.100",
    Patient.YOUNG: "E87.600 D50.900 J20.900 N39.000 E05.900 D69.600 G40.900 E86.x00",
    Patient.MOTHER: "O42.900 O24.900 O13.x00 O99.000 O36.300 O69.100 O34.200",
    Patient.INFANT: "P59.900 P70.400 P39.900 P28.400 P92.900 P61.200",
}
COMMON = {
    Patient.ADULT: (
        "I10.x00 I10.x00x002 I10.x05",
        "E11.900 E78.500 R73.900 E79.000",
        "M47.900 M19.900 M54.500 M81.900",
        "H25.900 H26.900 H52.400",
        "K29.500 I84.900 K02.900",
        "Z86.700 Z95.500 Z98.800",
        "E04.900 L30.900 E55.900 R91.x00",
    ),
    Patient.YOUNG: (
        "K29.500 K02.900 I84.900",
        "J35.100 J30.400 J00.x00",
        "L30.900 B35.300 L70.000",
        "H52.100 H10.900",
        "E55.900 E78.500",
        "Z88.000 Z98.800",
        "E04.900 R73.900",
    ),
    Patient.MOTHER: (
        "Z37.000 Z37.900",
        "Z33.x00",
        "D25.900 N83.200",
        "Z98.800",
        "K02.900",
        "E55.900",
        "Z88.000",
    ),
    Patient.INFANT: ("Z38.000", "L22.x00 L20.900", "H10.900", "J00.x00", "Q66.800", "E55.900", "Z26.900"),
}
#: Small procedures that never choose a group.
SMALL_PROCEDURES = ("87.0300 87.4100 88.0100", "88.7200 88.7600 88.9100", "89.5200 99.0400 89.1700")
#: Age mean, spread and share of children per MDC; others as for adults.
AGES = {
    "C": (66, 13, 0.03),
    "D": (50, 17, 0.18),
    "E": (62, 17, 0.25),
    "F": (65, 12, 0.01),
    "H": (58, 14, 0.01),
    "I": (55, 17, 0.05),
    "J": (50, 17, 0.10),
    "K": (57, 14, 0.04),
    "L": (57, 15, 0.03),
    "M": (60, 17, 0.10),
    "N": (44, 12, 0.00),
    "O": (29, 4, 0.00),
    "Q": (52, 19, 0.12),
    "R": (60, 12, 0.02),
    "S": (50, 20, 0.25),
    "T": (45, 17, 0.05),
    "U": (45, 12, 0.00),
    "V": (45, 18, 0.10),
    "W": (40, 20, 0.20),
    "Z": (45, 15, 0.03),
}
ADULT_AGE = (60, 15, 0.02)
#: Department 科室代码 of operations and of other cases, per MDC.
DEPARTMENTS = {
    "A": "A04.06 A28",
    "B": "A04.02 A03.03",
    "C": "A10 A10",
    "D": "A11 A11",
    "E": "A04.05 A03.01",
    "F": "A04.06 A03.04",
    "G": "A04.01 A03.02",
    "H": "A04.01 A03.02",
    "I": "A04.03 A04.03",
    "J": "A04.01 A13",
    "K": "A04.01 A03.07",
    "L": "A04.04 A03.06",
    "M": "A04.04 A04.04",
    "N": "A05.01 A05.01",
    "O": "A05.02 A05.02",
    "P": "A07 A07",
    "Q": "A04.01 A03.05",
    "R": "A19 A19",
    "S": "A04.01 A16",
    "T": "A15 A15",
    "U": "A15 A15",
    "V": "A04.01 A20",
    "W": "A04.07 A04.07",
    "X": "A04.01 A03",
    "Y": "A16 A16",
    "Z": "A04.03 A20",
}
#: Groups paid by the day: department and yuan per day.
PER_DIEM = {
    "T": ("A15", 330),
    "U": ("A15", 330),
    "XR1": ("A21", 520),
    "XR2": ("A21", 520),
    "XR3": ("A21", 520),
    "RW2": ("A24", 480),
}
#: TCM diagnoses 中医诊断 in the form of GB/T 15657; which disease they name does not matter here.
TCM_DIAGNOSES = "A07.01.01 A04.01.01 A03.06.04 A08.01.03 A17.41 A06.09.16"
OUT_OF_AREA = ("990200", "330100", "330200", "330400")
