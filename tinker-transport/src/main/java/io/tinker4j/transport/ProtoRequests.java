package io.tinker4j.transport;

import com.google.protobuf.ByteString;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ForwardBackwardInput;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.proto.Chunk;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.Datum;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.SparseCsr;
import io.tinker4j.types.proto.Tensor;

/** The binary form of training passes. */
final class ProtoRequests {
  private ProtoRequests() {}

  static ForwardBackwardRequest of(
      ForwardBackwardInput input, String modelId, long seqId, boolean forwardOnly) {
    ForwardBackwardRequest.Builder request =
        ForwardBackwardRequest.newBuilder()
            .setModelId(modelId)
            .setSeqId(Math.toIntExact(seqId))
            .setLossFn(input.lossFn())
            .putAllLossFnConfig(input.lossFnConfig())
            .setForwardOnly(forwardOnly);
    input.data().forEach(datum -> request.addData(datum(datum)));
    return request.build();
  }

  private static Datum datum(io.tinker4j.types.Datum datum) {
    Datum.Builder message = Datum.newBuilder();
    datum.modelInput().chunks().forEach(chunk -> message.addModelInput(chunk(chunk)));
    datum.lossFnInputs().forEach((name, data) -> message.putLossFnInputs(name, tensor(data)));
    return message.build();
  }

  private static Chunk chunk(ModelInputChunk chunk) {
    return switch (chunk) {
      case EncodedTextChunk text ->
          Chunk.newBuilder()
              .setEncodedText(
                  io.tinker4j.types.proto.EncodedTextChunk.newBuilder()
                      .setTokens(ProtoArrays.ofInts(text.tokens())))
              .build();
      case ImageChunk image -> Chunk.newBuilder().setImage(image(image)).build();
      case DmelChunk audio ->
          Chunk.newBuilder()
              .setDmel(
                  io.tinker4j.types.proto.DmelChunk.newBuilder()
                      .setDmel(ByteString.copyFrom(audio.dmel())))
              .build();
      case ImageAssetPointerChunk image -> throw noBinaryForm(image);
      case ModelInputChunk.Unrecognized other -> throw noBinaryForm(other);
    };
  }

  private static io.tinker4j.types.proto.ImageChunk image(ImageChunk image) {
    io.tinker4j.types.proto.ImageChunk.Builder message =
        io.tinker4j.types.proto.ImageChunk.newBuilder()
            .setData(ByteString.copyFrom(image.data()))
            .setFormat(image.format().value());
    image.expectedTokens().ifPresent(message::setExpectedTokens);
    return message.build();
  }

  private static IllegalArgumentException noBinaryForm(ModelInputChunk chunk) {
    return new IllegalArgumentException(
        "a chunk of type " + chunk.type() + " cannot be used for training; it has no binary form");
  }

  private static Tensor tensor(TensorData data) {
    Tensor.Builder tensor = Tensor.newBuilder();
    for (long dimension : data.shape()) {
      tensor.addShape(dimension);
    }
    var values =
        switch (data.dtype()) {
          case FLOAT32 -> ProtoArrays.ofFloats(data.floats());
          case INT64 -> ProtoArrays.ofLongs(data.longs());
        };
    tensor.setDtype(
        switch (data.dtype()) {
          case FLOAT32 -> DType.DTYPE_FLOAT32;
          case INT64 -> DType.DTYPE_INT64;
        });
    if (data.isSparse()) {
      tensor.setSparseCsr(
          SparseCsr.newBuilder()
              .setValues(values)
              .setCrowIndices(ProtoArrays.ofLongs(data.sparseCrowIndices()))
              .setColIndices(ProtoArrays.ofLongs(data.sparseColIndices())));
    } else {
      tensor.setDense(values);
    }
    return tensor.build();
  }
}
