"""What a file or a folder is worth: recognises documents and messages, and says everything that is wrong with them."""
