// HDF5: the macros that Swift cannot see, as functions with the prefix sdt_h5_, and the few calls
// whose signature depends on the version of the library.
#pragma once
#include <hdf5.h>

// Types. Each is a predefined handle of the library: copy it before changing it, never close it.
static inline hid_t sdt_h5_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t sdt_h5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t sdt_h5_native_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t sdt_h5_native_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t sdt_h5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t sdt_h5_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t sdt_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t sdt_h5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t sdt_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t sdt_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }

static inline hid_t sdt_h5_file_int8(void) { return H5T_STD_I8LE; }
static inline hid_t sdt_h5_file_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t sdt_h5_file_int16(void) { return H5T_STD_I16LE; }
static inline hid_t sdt_h5_file_uint16(void) { return H5T_STD_U16LE; }
static inline hid_t sdt_h5_file_int32(void) { return H5T_STD_I32LE; }
static inline hid_t sdt_h5_file_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t sdt_h5_file_int64(void) { return H5T_STD_I64LE; }
static inline hid_t sdt_h5_file_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t sdt_h5_file_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t sdt_h5_file_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t sdt_h5_c_string(void) { return H5T_C_S1; }
static inline size_t sdt_h5_variable(void) { return H5T_VARIABLE; }

// Property list classes, flags and special values.
static inline hid_t sdt_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t sdt_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t sdt_h5_link_create(void) { return H5P_LINK_CREATE; }
static inline hid_t sdt_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t sdt_h5_all(void) { return H5S_ALL; }
static inline hid_t sdt_h5_error_default(void) { return H5E_DEFAULT; }
static inline unsigned sdt_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned sdt_h5_truncate(void) { return H5F_ACC_TRUNC; }

// Best effort locking: a file system that cannot lock is no reason to refuse a file.
static inline herr_t sdt_h5_relax_locking(hid_t access) {
#if H5_VERSION_GE(1, 10, 7)
  return H5Pset_file_locking(access, 1, 1);
#else
  (void)access;
  return 0;
#endif
}

// Calls `found` with the name (relative to `root`, no leading slash) of each dataset below `root`.
typedef void (*sdt_h5_found)(const char *name, void *context);
struct sdt_h5_visit {
  sdt_h5_found found;
  void *context;
};

static inline herr_t sdt_h5_visit_one(hid_t root, const char *name, const H5O_info_t *info,
                                      void *data) {
  (void)root;
  struct sdt_h5_visit *visit = (struct sdt_h5_visit *)data;
  if (info->type == H5O_TYPE_DATASET) visit->found(name, visit->context);
  return 0;
}

static inline herr_t sdt_h5_visit_datasets(hid_t root, sdt_h5_found found, void *context) {
  struct sdt_h5_visit visit = {found, context};
#if H5_VERSION_GE(1, 12, 0)
  return H5Ovisit(root, H5_INDEX_NAME, H5_ITER_INC, sdt_h5_visit_one, &visit, H5O_INFO_BASIC);
#else
  return H5Ovisit(root, H5_INDEX_NAME, H5_ITER_INC, sdt_h5_visit_one, &visit);
#endif
}
