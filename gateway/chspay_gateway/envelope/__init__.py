"""The national envelope 定点医药机构接口: what hospitals' systems already send, on one path."""
