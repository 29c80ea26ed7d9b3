#!/usr/bin/env python3
"""What TensorBoard's own reader finds in a folder of event files, as JSON on standard output.

    Tests/Scripts/read-events.py FOLDER

scalars, histograms, pictures, texts: by tag, a list of what stands there, each with its step; what a restart has taken
back is gone. session: the hyper-parameters, and how the run ended. files: of each the number of whole records, and what the
reader says of the first that is not whole (null where all are).

Needs the package tensorboard of PyPI (Tests/requirements.txt).
"""

import base64
import json
import logging
import os
import sys

# TensorBoard's only wish is TensorFlow's file reader; without it it has one of its own.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
logging.disable(logging.WARNING)

from tensorboard.backend.event_processing import event_accumulator, event_file_loader  # noqa: E402
from tensorboard.compat import tf  # noqa: E402
from tensorboard.plugins.hparams import metadata, plugin_data_pb2  # noqa: E402
from tensorboard.util import tensor_util  # noqa: E402


def histogram(event):
    value = event.histogram_value
    numbers = {name: getattr(value, name) for name in ("min", "max", "num", "sum", "sum_squares")}
    limits, counts = list(value.bucket_limit), list(value.bucket)
    return {"step": event.step, **numbers, "bucket_limit": limits, "bucket": counts}


def picture(event):
    data = base64.b64encode(event.encoded_image_string).decode()
    return {"step": event.step, "width": event.width, "height": event.height, "png": data}


def text(event):
    return {"step": event.step, "text": tensor_util.make_ndarray(event.tensor_proto).item().decode()}


def session(accumulator):
    found = {}
    for tag in (metadata.SESSION_START_INFO_TAG, metadata.SESSION_END_INFO_TAG):
        try:
            content = accumulator.SummaryMetadata(tag).plugin_data.content
        except KeyError:
            continue
        if tag == metadata.SESSION_START_INFO_TAG:
            start = metadata.parse_session_start_info_plugin_data(content)
            kinds = ("number_value", "string_value", "bool_value")
            found["hparams"] = {
                name: next(getattr(value, kind) for kind in kinds if value.HasField(kind))
                for name, value in start.hparams.items()
            }
        else:
            end = metadata.parse_session_end_info_plugin_data(content)
            found["status"] = plugin_data_pb2.DESCRIPTOR.pool.FindEnumTypeByName(
                "tensorboard.hparams.Status"
            ).values_by_number[end.status].name
    return found


def records(path):
    count = 0
    try:
        reader = event_file_loader._make_tf_record_iterator(path)
        for _ in reader:
            count += 1
    except tf.errors.DataLossError as error:
        return {"records": count, "damage": str(error)}
    return {"records": count, "damage": None}


def main(folder):
    everything = dict.fromkeys(("scalars", "images", "histograms", "tensors"), 0)
    accumulator = event_accumulator.EventAccumulator(folder, size_guidance=everything)
    accumulator.Reload()
    tags = accumulator.Tags()
    scalars = {
        tag: [{"step": e.step, "value": e.value, "time": e.wall_time} for e in accumulator.Scalars(tag)]
        for tag in tags["scalars"]
    }
    texts = [tag for tag in tags["tensors"] if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "text"]
    found = {
        "scalars": scalars,
        "histograms": {tag: list(map(histogram, accumulator.Histograms(tag))) for tag in tags["histograms"]},
        "pictures": {tag: list(map(picture, accumulator.Images(tag))) for tag in tags["images"]},
        "texts": {tag: list(map(text, accumulator.Tensors(tag))) for tag in texts},
        "session": session(accumulator),
        "files": {name: records(f"{folder}/{name}") for name in sorted(os.listdir(folder))},
    }
    # NaN and infinities are no JSON: they become what our own logs call them.
    print(json.dumps(json.loads(json.dumps(found), parse_constant=lambda word: {"NaN": "nan"}.get(word, word))))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
