"""What memberships know without a database: the built-in texts of letters, and who may still get one."""
