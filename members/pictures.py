def clean_logo(upload):
    raise NotImplementedError
