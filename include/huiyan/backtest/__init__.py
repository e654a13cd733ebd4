"""A rule judged again over history, point in time, beside what the live version finds."""
