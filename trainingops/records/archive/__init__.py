"""Archives of evidence that an auditor can check without us: BagIt 1.0 in a zip, signed over its tag manifest."""
