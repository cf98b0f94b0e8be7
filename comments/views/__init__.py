"""The readers' doors to the comments. None of them knows a cookie."""
