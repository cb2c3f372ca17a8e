"""The servicers 服务入口: messages in, use-cases, messages out."""
