// swift-tools-version: 6.2
import PackageDescription

/// The pkg-config name of the MPI library to build against: `ompi-c` (Open MPI) unless the
/// environment names another, such as `SDT_MPI=mpich`.
let mpi = Context.environment["SDT_MPI"] ?? "ompi-c"

/// Continuous integration sets `SDT_STRICT=1`: there a warning is an error. Elsewhere a warning of
/// a newer compiler must not keep anybody from building.
let strict = Context.environment["SDT_STRICT"] == "1"

let swift: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

// The targets stand in the order in which data flows. A target imports only what stands above it.
let package = Package(
  name: "swift-dist-train",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "swift-dist-train", targets: ["swift-dist-train"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
  ],
  targets: [
    // C: system libraries and kernels.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CMPI", pkgConfig: mpi, providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CPNGFile", dependencies: ["CPNG"]),
    .target(name: "CKernels"),
    .target(name: "CTimeline"),

    // Where time goes: activities and spans, for all that a step passes through.
    .target(name: "Timeline", dependencies: ["CTimeline"], swiftSettings: swift),

    // Numbers, and what training knows of a model.
    .target(name: "Tensors", dependencies: ["COpenBLAS", "CKernels"], swiftSettings: swift),
    .target(name: "Objectives", dependencies: ["Tensors"], swiftSettings: swift),
    .target(
      name: "Autograd", dependencies: ["Tensors", "CKernels", "Timeline"], swiftSettings: swift),
    .target(name: "Layers", dependencies: ["Autograd", "Tensors"], swiftSettings: swift),
    .target(
      name: "Optimizers", dependencies: ["Tensors", "Objectives", "CKernels"], swiftSettings: swift),

    // Data: from a file to a batch.
    .target(name: "HDF5", dependencies: ["CHDF5"], swiftSettings: swift),
    .target(name: "PNG", dependencies: ["CPNG", "CPNGFile"], swiftSettings: swift),
    .target(
      name: "Datasets",
      dependencies: ["HDF5", "PNG", "CZlib", "Tensors", "Objectives", "CKernels"],
      swiftSettings: swift),

    // Ranks: messages and sums.
    .target(name: "MessagePassing", dependencies: ["CMPI", "Timeline"], swiftSettings: swift),
    .target(
      name: "DataParallel",
      dependencies: ["MessagePassing", "Objectives", "Tensors", "CKernels", "Timeline"],
      swiftSettings: swift),

    // Models, one folder a family.
    .target(
      name: "Models",
      dependencies: ["Layers", "Autograd", "Objectives", "Tensors", "CKernels", "Timeline"],
      swiftSettings: swift),

    // What a person sees, and the loop that ties all together.
    .target(name: "Reporting", dependencies: ["PNG"], swiftSettings: swift),
    // report.html; its style sheet and scripts are compiled in.
    .target(
      name: "Report", dependencies: ["Reporting"],
      resources: [
        .embedInCode("Resources/report.css"), .embedInCode("Resources/scales.js"),
        .embedInCode("Resources/chart.js"), .embedInCode("Resources/zoom.js"),
        .embedInCode("Resources/page.js"),
      ], swiftSettings: swift),
    .target(
      name: "TensorBoard",
      dependencies: ["Reporting", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["Messages/events.proto", "Messages/hparams.proto"], swiftSettings: swift),
    .target(
      name: "Training",
      dependencies: [
        "Tensors", "Objectives", "Optimizers", "HDF5", "Datasets", "MessagePassing",
        "DataParallel", "Models", "Layers", "Autograd", "Reporting", "Report", "TensorBoard", "PNG",
        "Timeline",
        .product(name: "Yams", package: "Yams"),
      ], swiftSettings: swift),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Tensors", "Objectives", "Optimizers", "Autograd", "Layers", "Models", "Datasets", "HDF5",
        "MessagePassing", "DataParallel", "Reporting", "Training",
      ], swiftSettings: swift),
    .target(
      name: "Diagnosis",
      dependencies: [
        "Tensors", "Objectives", "HDF5", "Datasets", "MessagePassing", "DataParallel", "Reporting",
        "Training", "Benchmarks",
      ], swiftSettings: swift),
    // Scripts and command lines that start ranks.
    .target(name: "Launching", swiftSettings: swift),
    .executableTarget(
      name: "swift-dist-train",
      dependencies: [
        "Training", "Launching", "Benchmarks", "Diagnosis", "Models", "Objectives", "Datasets",
        "MessagePassing",
        "Reporting", "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: swift),

    // Programs that tests start, as one process or as several ranks.
    .executableTarget(
      name: "mpi-self-test",
      dependencies: ["DataParallel", "MessagePassing", "Objectives", "Tensors"],
      path: "Tests/SelfTest", swiftSettings: swift),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .executableTarget(
      name: "allocation-test",
      dependencies: ["CAllocationCounter", "HDF5", "MessagePassing", "Training"],
      path: "Tests/AllocationTest", swiftSettings: swift),

    // What several test targets share.
    .target(
      name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport",
      swiftSettings: swift),

    .testTarget(
      name: "CommandLineTests", dependencies: ["HDF5", "PNG", "Reporting"], swiftSettings: swift),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Autograd", "DataParallel", "Datasets", "HDF5", "MessagePassing", "Models",
        "Objectives", "Optimizers", "Reporting", "Tensors", "TestSupport", "Timeline",
        .product(name: "Yams", package: "Yams"),
      ], swiftSettings: swift),
    .testTarget(
      name: "AutogradTests", dependencies: ["Autograd", "Tensors", "TestSupport"],
      exclude: ["Fixtures"],
      swiftSettings: swift),
    .testTarget(
      name: "LayersTests", dependencies: ["Layers", "Autograd", "Tensors", "TestSupport"],
      exclude: ["Fixtures"],
      swiftSettings: swift),
    .testTarget(
      name: "TensorsTests", dependencies: ["Tensors", "CKernels"], swiftSettings: swift),
    .testTarget(
      name: "OptimizersTests",
      dependencies: ["Optimizers", "Objectives", "Tensors", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swift),
    .testTarget(
      name: "ObjectivesTests", dependencies: ["Objectives", "Tensors"], swiftSettings: swift),
    .testTarget(
      name: "DataParallelTests",
      dependencies: ["DataParallel", "MessagePassing", "Objectives", "Tensors"],
      swiftSettings: swift),
    .testTarget(
      name: "ModelsTests",
      dependencies: [
        "Models", "Layers", "Autograd", "DataParallel", "MessagePassing", "Optimizers",
        "Objectives", "Tensors", "CKernels", "TestSupport",
      ], exclude: ["Fixtures"], swiftSettings: swift),
    .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "HDF5", "PNG", "Tensors", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "DiagnosisTests", dependencies: ["Diagnosis", "Reporting", "Training"],
      swiftSettings: swift),
    .testTarget(
      name: "EmbeddingTests", dependencies: ["HDF5", "PNG"], swiftSettings: swift),
    .testTarget(
      name: "PNGTests", dependencies: ["PNG", "CPNG", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "ParallelTests", dependencies: ["HDF5", "Reporting"], swiftSettings: swift),
    .testTarget(
      name: "LaunchingTests", dependencies: ["Launching", "MessagePassing", "Training"],
      exclude: ["Fixtures"], swiftSettings: swift),
    .testTarget(
      name: "TimelineTests", dependencies: ["Timeline", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "TensorBoardTests", dependencies: ["TensorBoard", "Reporting", "PNG", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "PNG", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ReportTests", dependencies: ["Report", "Reporting", "PNG", "TestSupport"],
      swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
