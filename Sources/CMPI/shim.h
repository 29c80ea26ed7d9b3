// MPI for Swift: handles and constants are macros that Swift cannot see, and their C types differ
// between MPI libraries, so every call goes through a function here. All return MPI's error code.
#pragma once
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>

#include "counters.h"
#include "side.h"

/// The main thread alone calls MPI, unless several are asked for.
static inline int sdt_mpi_init(int several_threads, int *provided) {
  int wanted = several_threads ? MPI_THREAD_MULTIPLE : MPI_THREAD_FUNNELED;
  int code = MPI_Init_thread(NULL, NULL, wanted, provided);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  return code;
}
static inline int sdt_mpi_allows_threads(int provided) { return provided == MPI_THREAD_MULTIPLE; }
static inline int sdt_mpi_finalize(void) { return MPI_Finalize(); }
static inline int sdt_mpi_rank(int *rank) { return MPI_Comm_rank(MPI_COMM_WORLD, rank); }
static inline int sdt_mpi_size(int *size) { return MPI_Comm_size(MPI_COMM_WORLD, size); }
static inline int sdt_mpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }
static inline int sdt_mpi_barrier(void) { return MPI_Barrier(MPI_COMM_WORLD); }

static inline int sdt_mpi_broadcast(void *bytes, int count, int root) {
  return MPI_Bcast(bytes, count, MPI_BYTE, root, MPI_COMM_WORLD);
}
static inline int sdt_mpi_allgatherv(const void *send, int count, void *receive, const int *counts,
                                     const int *offsets) {
  return MPI_Allgatherv(send, count, MPI_BYTE, receive, counts, offsets, MPI_BYTE, MPI_COMM_WORLD);
}
static inline int sdt_mpi_gatherv(const void *send, int count, void *receive, const int *counts,
                                  const int *offsets, int root) {
  return MPI_Gatherv(send, count, MPI_BYTE, receive, counts, offsets, MPI_BYTE, root,
                     MPI_COMM_WORLD);
}
static inline int sdt_mpi_send(const void *bytes, int count, int to, int tag) {
  return MPI_Send(bytes, count, MPI_BYTE, to, tag, MPI_COMM_WORLD);
}
static inline int sdt_mpi_receive(void *bytes, int count, int from, int tag) {
  return MPI_Recv(bytes, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}
/// Adds whole numbers, or takes the greatest, over all ranks, in place at the root: exact in any order.
static inline int sdt_mpi_reduce_integers(int64_t *values, int count, int takes_greatest, int root,
                                          int rank) {
  const void *send = rank == root ? MPI_IN_PLACE : values;
  return MPI_Reduce(send, rank == root ? values : NULL, count, MPI_INT64_T, takes_greatest ? MPI_MAX : MPI_SUM, root,
                    MPI_COMM_WORLD);
}
/// The number of ranks that can share memory with this one.
static inline int sdt_mpi_ranks_on_host(int *count) {
  MPI_Comm host;
  int code = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Comm_size(host, count);
  MPI_Comm_free(&host);
  return code;
}
static inline int sdt_mpi_error_string(int code, char text[1024]) {
  int length = 0;
  return MPI_Error_string(code, text, &length);
}
static inline int sdt_mpi_library_version(char text[8192]) {
  int length = 0;
  return MPI_Get_library_version(text, &length);
}

/// A set of requests of fixed buffers, started and awaited together, any number of times.
typedef struct {
  MPI_Request *requests;
  int count;
  int capacity;
} sdt_requests;

static inline sdt_requests *sdt_requests_create(int capacity) {
  sdt_requests *set = (sdt_requests *)malloc(sizeof *set);
  set->requests = (MPI_Request *)malloc(sizeof(MPI_Request) * (size_t)(capacity > 0 ? capacity : 1));
  set->count = 0;
  set->capacity = capacity;
  // A call that fails leaves its request as it was; freeing must find nothing there.
  for (int i = 0; i < capacity; i++) set->requests[i] = MPI_REQUEST_NULL;
  return set;
}
static inline int sdt_requests_add_send(sdt_requests *set, const float *buffer, int count, int to,
                                        int tag) {
  return MPI_Send_init(buffer, count, MPI_FLOAT, to, tag, MPI_COMM_WORLD,
                       &set->requests[set->count++]);
}
static inline int sdt_requests_add_receive(sdt_requests *set, float *buffer, int count, int from,
                                           int tag) {
  return MPI_Recv_init(buffer, count, MPI_FLOAT, from, tag, MPI_COMM_WORLD,
                       &set->requests[set->count++]);
}
static inline int sdt_requests_start(sdt_requests *set) {
  return set->count ? MPI_Startall(set->count, set->requests) : MPI_SUCCESS;
}
static inline int sdt_requests_wait(sdt_requests *set) {
  return MPI_Waitall(set->count, set->requests, MPI_STATUSES_IGNORE);
}
static inline int sdt_requests_test(sdt_requests *set, int *done) {
  return MPI_Testall(set->count, set->requests, done, MPI_STATUSES_IGNORE);
}
/// Starts adding a buffer over all ranks, in an association of MPI's choice.
static inline int sdt_requests_all_reduce(sdt_requests *set, float *buffer, int count) {
  set->count = 1;
  return MPI_Iallreduce(MPI_IN_PLACE, buffer, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD,
                        &set->requests[0]);
}
/// Frees the set; its requests must be inactive. After MPI has ended only the memory is freed.
static inline void sdt_requests_free(sdt_requests *set) {
  int ended = 0;
  MPI_Finalized(&ended);
  for (int i = 0; i < set->count && !ended; i++)
    if (set->requests[i] != MPI_REQUEST_NULL) MPI_Request_free(&set->requests[i]);
  free(set->requests);
  free(set);
}
