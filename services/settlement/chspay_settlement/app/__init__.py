"""Use-cases of settlement: in what order the engine, the store and the other services are asked."""
