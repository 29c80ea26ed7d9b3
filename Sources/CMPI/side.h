// Messages beside those of a run, which nobody has to wait for: a communicator of their own, and
// requests that are asked after, never awaited.
#pragma once
#include <mpi.h>

typedef struct {
  MPI_Comm communicator;
} sdt_side;

typedef struct {
  MPI_Request request;
} sdt_side_request;

/// All ranks call this together (MPI_Comm_dup).
static inline int sdt_side_open(sdt_side *side) {
  int code = MPI_Comm_dup(MPI_COMM_WORLD, &side->communicator);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(side->communicator, MPI_ERRORS_RETURN);
  return code;
}
/// Starts a message; the bytes stay in place until it is done (MPI_Isend).
static inline int sdt_side_send(const sdt_side *side, const void *bytes, int count, int to,
                                sdt_side_request *request) {
  return MPI_Isend(bytes, count, MPI_BYTE, to, 0, side->communicator, &request->request);
}
/// The size of the next message of a rank; found is 0 when there is none yet (MPI_Iprobe).
static inline int sdt_side_probe(const sdt_side *side, int from, int *found, int *count) {
  MPI_Status status;
  int code = MPI_Iprobe(from, 0, side->communicator, found, &status);
  if (code == MPI_SUCCESS && *found) code = MPI_Get_count(&status, MPI_BYTE, count);
  return code;
}
/// Starts to take a message in (MPI_Irecv).
static inline int sdt_side_receive(const sdt_side *side, void *bytes, int count, int from,
                                   sdt_side_request *request) {
  return MPI_Irecv(bytes, count, MPI_BYTE, from, 0, side->communicator, &request->request);
}
/// Whether a message has gone or come (MPI_Test).
static inline int sdt_side_test(sdt_side_request *request, int *done) {
  return MPI_Test(&request->request, done, MPI_STATUS_IGNORE);
}
