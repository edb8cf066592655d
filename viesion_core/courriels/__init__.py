"""Mails: queued in the transaction of the act, sent by the worker."""
