# Thin aliases of ./run, for hands that type make. Arguments: make test ARGS="tests/laws -k money"
VERBS := setup demo test prove bench lint proto up
.PHONY: help $(VERBS)
help:
	@./run --help
$(VERBS):
	@./run $@ $(ARGS)
