"""The public pages of following and sharing."""
