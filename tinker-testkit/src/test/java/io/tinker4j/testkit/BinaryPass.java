package io.tinker4j.testkit;

import com.google.protobuf.ByteString;
import io.tinker4j.types.proto.Chunk;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.Datum;
import io.tinker4j.types.proto.EncodedTextChunk;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.SparseCsr;
import io.tinker4j.types.proto.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Binary requests of tests. */
final class BinaryPass {
  private BinaryPass() {}

  /** The same pass as {@link WireClient#forwardBackward}. */
  static ForwardBackwardRequest request(String modelId, int seqId, boolean forwardOnly) {
    return ForwardBackwardRequest.newBuilder()
        .setModelId(modelId)
        .setSeqId(seqId)
        .setLossFn("cross_entropy")
        .setForwardOnly(forwardOnly)
        .addData(
            Datum.newBuilder()
                .addModelInput(chunk(104, 101, 108, 108, 111))
                .putLossFnInputs(
                    "target_tokens",
                    Tensor.newBuilder()
                        .setDense(longs(101, 108, 108, 111, 33))
                        .setDtype(DType.DTYPE_INT64)
                        .addShape(5)
                        .build())
                .putLossFnInputs(
                    "weights",
                    Tensor.newBuilder()
                        .setDense(floats(1, 1, 1, 1, 0.5f))
                        .setDtype(DType.DTYPE_FLOAT32)
                        .addShape(5)
                        .build()))
        .build();
  }

  /** A diagonal matrix of two rows and columns. */
  static Tensor csr(ByteString values, DType type) {
    return Tensor.newBuilder()
        .setSparseCsr(
            SparseCsr.newBuilder()
                .setValues(values)
                .setCrowIndices(longs(0, 1, 2))
                .setColIndices(longs(0, 1)))
        .setDtype(type)
        .addShape(2)
        .addShape(2)
        .build();
  }

  static Chunk chunk(int... tokens) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * tokens.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(tokens);
    return Chunk.newBuilder()
        .setEncodedText(EncodedTextChunk.newBuilder().setTokens(ByteString.copyFrom(bytes)))
        .build();
  }

  static ByteString longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  static ByteString floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }
}
