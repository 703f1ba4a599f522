//! Templates of subscribe messages.
