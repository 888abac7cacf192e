"""What does a person meet: page frame, languages, sessions, sign-in client, security headers, assets."""
