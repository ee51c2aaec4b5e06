"""Bytes become reading text: plain text, HTML, PDF and DOCX."""
