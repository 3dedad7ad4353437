"""What a person says is judged before it is understood, what the toy says before it is voiced."""
