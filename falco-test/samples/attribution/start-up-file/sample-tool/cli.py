print("sample-tool does nothing")
