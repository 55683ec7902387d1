package io.tinker4j.training.internal;

import io.tinker4j.types.Datum;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;

/**
 * The sizes that chunking and byte budgets count with: the Python client's estimates, not the exact
 * sizes of the bodies.
 */
public final class ByteEstimate {
  private static final int TRAINING_BYTES_PER_TOKEN = 4;
  private static final int SAMPLING_BYTES_PER_TOKEN = 10;

  private ByteEstimate() {}

  public static long of(Datum datum) {
    long bytes = of(datum.modelInput(), TRAINING_BYTES_PER_TOKEN);
    for (TensorData tensor : datum.lossFnInputs().values()) {
      bytes += of(tensor);
    }
    return bytes;
  }

  public static long ofPrompt(ModelInput prompt) {
    return of(prompt, SAMPLING_BYTES_PER_TOKEN);
  }

  private static long of(ModelInput input, int bytesPerToken) {
    long bytes = 0;
    for (ModelInputChunk chunk : input.chunks()) {
      bytes +=
          switch (chunk) {
            case EncodedTextChunk text -> (long) bytesPerToken * text.length();
            case ImageChunk image -> image.data().remaining();
            case DmelChunk audio -> audio.dmel().remaining();
            case ImageAssetPointerChunk image -> image.location().length();
            case ModelInputChunk.Unrecognized other -> other.fields().toString().length();
          };
    }
    return bytes;
  }

  private static long of(TensorData tensor) {
    long perElement =
        switch (tensor.dtype()) {
          case FLOAT32 -> Float.BYTES;
          case INT64 -> Long.BYTES;
        };
    long indices =
        tensor.sparseCrowIndices().remaining() + (long) tensor.sparseColIndices().remaining();
    return perElement * tensor.size() + Long.BYTES * indices;
  }
}
