"""Who: profiles and addresses. Only this package writes the table `contacts`."""
