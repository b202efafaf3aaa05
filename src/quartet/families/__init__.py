"""One folder per family, with the same file names in each; `quartet.family` says what each file must supply."""
