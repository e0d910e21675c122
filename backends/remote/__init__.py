"""Models behind OpenAI-compatible addresses: vLLM, SGLang, llama-server, Ollama, LM Studio."""
