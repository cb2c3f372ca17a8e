"""What each page says."""
