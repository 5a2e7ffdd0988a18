"""What time makes due about memberships: bills, charges, reminders, ends."""
