"""What is exchanged: values and errors, without IO and without XML."""
