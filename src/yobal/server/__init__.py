"""The process: settings, wiring, the server for both roles, the scheduler, process hardening."""
