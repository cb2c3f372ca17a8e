"""The policy store 政策库: what rules were in force for a place on a day, and what we knew then."""
