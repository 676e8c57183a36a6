"""The outside systems that tests, the demo and the measurements talk to, each started on this machine for a while."""
