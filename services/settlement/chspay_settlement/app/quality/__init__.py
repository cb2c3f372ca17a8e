"""Use-cases of intake quality: checks before the upload and after it, results, scores."""
