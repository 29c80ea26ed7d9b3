// Counts the allocations of the calling thread. Linking this target replaces the C library's
// allocator (glibc) by one that counts and then does the same.
#pragma once

/// Starts counting on this thread. With a number above zero, the program stops in a trap at that
/// allocation, for a debugger to show who makes it.
void sdt_count_allocations(long trap);
/// Ends counting; returns how many there were.
long sdt_allocations_counted(void);
