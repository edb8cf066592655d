"""What a person can do and wishes to do: métiers visés, expériences, diplômes, langues, permis, disponibilité."""
