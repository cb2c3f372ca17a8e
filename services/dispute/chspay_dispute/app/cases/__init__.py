"""Cases: filing, acting, reading, and what follows by itself."""
