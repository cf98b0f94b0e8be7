"""An issue as readers will see it, before they do: for the desk, and by a link for people without an account."""
