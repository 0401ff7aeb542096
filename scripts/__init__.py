"""What make needs: the development run, PostgreSQL and Chromium for the tests."""
