package io.tinker4j.transport;

import static io.tinker4j.transport.ProtoWriter.sizeOf;

import com.google.protobuf.CodedOutputStream;
import io.tinker4j.types.Datum;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ForwardBackwardInput;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.ProvenanceSpan;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import io.tinker4j.types.proto.Chunk;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.LossConfigValue;
import io.tinker4j.types.proto.SparseCsr;
import io.tinker4j.types.proto.Tensor;
import java.util.Map;

/**
 * The binary form of training passes, written without intermediate messages: each part says its
 * size and is then written into the body. The schema is {@code openapi/proto/tinker_public.proto}.
 */
final class ProtoRequests {
  private static final int MAP_KEY = 1;
  private static final int MAP_VALUE = 2;

  /** Tokens, image or audio: what a chunk holds is its first field. */
  private static final int CONTENT = 1;

  private static final int IMAGE_FORMAT = io.tinker4j.types.proto.ImageChunk.FORMAT_FIELD_NUMBER;
  private static final int IMAGE_EXPECTED_TOKENS =
      io.tinker4j.types.proto.ImageChunk.EXPECTED_TOKENS_FIELD_NUMBER;

  private ProtoRequests() {}

  static byte[] of(ForwardBackwardInput input, String modelId, long seqId, boolean forwardOnly) {
    byte[] head = head(input, modelId, seqId, forwardOnly);
    int size = head.length;
    for (Datum datum : input.data()) {
      size = Math.addExact(size, sizeOf(ForwardBackwardRequest.DATA_FIELD_NUMBER, size(datum)));
    }
    ProtoWriter out = new ProtoWriter(size);
    out.raw(head);
    for (Datum datum : input.data()) {
      out.begin(ForwardBackwardRequest.DATA_FIELD_NUMBER, size(datum));
      write(datum, out);
    }
    return out.finished();
  }

  /** All but the data, which is small. The newer map of settings is there only if it is needed. */
  private static byte[] head(
      ForwardBackwardInput input, String modelId, long seqId, boolean forwardOnly) {
    ForwardBackwardRequest.Builder head =
        ForwardBackwardRequest.newBuilder()
            .setModelId(modelId)
            .setSeqId(int32(seqId))
            .setLossFn(input.lossFn())
            .putAllLossFnConfig(input.lossFnConfig())
            .setForwardOnly(forwardOnly);
    if (!input.lossFnConfigV2().isEmpty()) {
      input
          .lossFnConfig()
          .forEach((name, number) ->
              head.putLossFnConfigV2(name, LossConfigValue.newBuilder().setNumber(number).build()));
      input
          .lossFnConfigV2()
          .forEach((name, text) ->
              head.putLossFnConfigV2(name, LossConfigValue.newBuilder().setText(text).build()));
    }
    return head.build().toByteArray();
  }

  private static int int32(long seqId) {
    if (seqId != (int) seqId) {
      throw new IllegalArgumentException(
          "seq_id is " + seqId + "; binary requests carry at most " + Integer.MAX_VALUE);
    }
    return (int) seqId;
  }

  private static int size(Datum datum) {
    int size = 0;
    for (ModelInputChunk chunk : datum.modelInput().chunks()) {
      size = add(size, sizeOf(DatumFields.MODEL_INPUT, size(chunk)));
    }
    for (Map.Entry<String, TensorData> input : datum.lossFnInputs().entrySet()) {
      size = add(size, sizeOf(DatumFields.LOSS_FN_INPUTS, size(input)));
    }
    for (ProvenanceSpan span : datum.modelInputSpans()) {
      size = add(size, sizeOf(DatumFields.MODEL_INPUT_SPANS, message(span).getSerializedSize()));
    }
    for (ProvenanceSpan span : datum.lossFnInputSpans()) {
      size = add(size, sizeOf(DatumFields.LOSS_FN_INPUT_SPANS, message(span).getSerializedSize()));
    }
    return size;
  }

  private static void write(Datum datum, ProtoWriter out) {
    for (ModelInputChunk chunk : datum.modelInput().chunks()) {
      out.begin(DatumFields.MODEL_INPUT, size(chunk));
      write(chunk, out);
    }
    for (Map.Entry<String, TensorData> input : datum.lossFnInputs().entrySet()) {
      out.begin(DatumFields.LOSS_FN_INPUTS, size(input));
      out.text(MAP_KEY, input.getKey());
      out.begin(MAP_VALUE, size(input.getValue()));
      write(input.getValue(), out);
    }
    datum
        .modelInputSpans()
        .forEach(span -> out.message(DatumFields.MODEL_INPUT_SPANS, message(span)));
    datum
        .lossFnInputSpans()
        .forEach(span -> out.message(DatumFields.LOSS_FN_INPUT_SPANS, message(span)));
  }

  private static io.tinker4j.types.proto.ProvenanceSpan message(ProvenanceSpan span) {
    var message = io.tinker4j.types.proto.ProvenanceSpan.newBuilder();
    switch (span) {
      case ProvenanceSpan.Prompt prompt ->
          message
              .getPromptTokensBuilder()
              .setSequenceId(prompt.sequenceId())
              .setOffset(prompt.offset())
              .setLength(prompt.length());
      case ProvenanceSpan.Sampled sampled ->
          message
              .getSampledTokensBuilder()
              .setSequenceId(sampled.sequenceId())
              .setOffset(sampled.offset())
              .setLength(sampled.length());
    }
    return message.build();
  }

  private static int size(ModelInputChunk chunk) {
    return switch (chunk) {
      case EncodedTextChunk text -> sizeOf(Chunk.ENCODED_TEXT_FIELD_NUMBER, sizeOfTokens(text));
      case ImageChunk image -> sizeOf(Chunk.IMAGE_FIELD_NUMBER, sizeOfImage(image));
      case DmelChunk audio ->
          sizeOf(Chunk.DMEL_FIELD_NUMBER, sizeOf(CONTENT, audio.dmel().remaining()));
      case ImageAssetPointerChunk image -> throw noBinaryForm(image);
      case ModelInputChunk.Unrecognized other -> throw noBinaryForm(other);
    };
  }

  private static int sizeOfTokens(EncodedTextChunk text) {
    return sizeOf(CONTENT, Math.multiplyExact(text.length(), Integer.BYTES));
  }

  private static int sizeOfImage(ImageChunk image) {
    int size =
        add(
            sizeOf(CONTENT, image.data().remaining()),
            CodedOutputStream.computeStringSize(IMAGE_FORMAT, image.format().value()));
    return image.expectedTokens().isPresent()
        ? add(
            size,
            CodedOutputStream.computeInt32Size(
                IMAGE_EXPECTED_TOKENS, image.expectedTokens().getAsInt()))
        : size;
  }

  private static void write(ModelInputChunk chunk, ProtoWriter out) {
    switch (chunk) {
      case EncodedTextChunk text -> {
        out.begin(Chunk.ENCODED_TEXT_FIELD_NUMBER, sizeOfTokens(text));
        out.ints(CONTENT, text.tokens());
      }
      case ImageChunk image -> {
        out.begin(Chunk.IMAGE_FIELD_NUMBER, sizeOfImage(image));
        out.bytes(CONTENT, image.data());
        out.text(IMAGE_FORMAT, image.format().value());
        image.expectedTokens().ifPresent(tokens -> out.integer(IMAGE_EXPECTED_TOKENS, tokens));
      }
      case DmelChunk audio -> {
        out.begin(Chunk.DMEL_FIELD_NUMBER, sizeOf(CONTENT, audio.dmel().remaining()));
        out.bytes(CONTENT, audio.dmel());
      }
      case ImageAssetPointerChunk image -> throw noBinaryForm(image);
      case ModelInputChunk.Unrecognized other -> throw noBinaryForm(other);
    }
  }

  private static IllegalArgumentException noBinaryForm(ModelInputChunk chunk) {
    return new IllegalArgumentException(
        "a chunk of type " + chunk.type() + " cannot be used for training; it has no binary form");
  }

  private static int size(Map.Entry<String, TensorData> input) {
    return add(
        CodedOutputStream.computeStringSize(MAP_KEY, input.getKey()),
        sizeOf(MAP_VALUE, size(input.getValue())));
  }

  private static int size(TensorData tensor) {
    int values =
        tensor.isSparse()
            ? sizeOf(Tensor.SPARSE_CSR_FIELD_NUMBER, sizeOfCsr(tensor))
            : sizeOf(Tensor.DENSE_FIELD_NUMBER, sizeOfElements(tensor));
    int shape = sizeOfShape(tensor);
    return add(
        values,
        CodedOutputStream.computeEnumSize(Tensor.DTYPE_FIELD_NUMBER, dtype(tensor).getNumber())
            + (shape == 0 ? 0 : sizeOf(Tensor.SHAPE_FIELD_NUMBER, shape)));
  }

  private static int sizeOfElements(TensorData tensor) {
    int width = tensor.dtype() == TensorDtype.FLOAT32 ? Float.BYTES : Long.BYTES;
    return Math.multiplyExact(tensor.size(), width);
  }

  private static int sizeOfCsr(TensorData tensor) {
    int rows = Math.multiplyExact(tensor.sparseCrowIndices().remaining(), Long.BYTES);
    int columns = Math.multiplyExact(tensor.sparseColIndices().remaining(), Long.BYTES);
    return add(
        sizeOf(SparseCsr.VALUES_FIELD_NUMBER, sizeOfElements(tensor)),
        add(
            sizeOf(SparseCsr.CROW_INDICES_FIELD_NUMBER, rows),
            sizeOf(SparseCsr.COL_INDICES_FIELD_NUMBER, columns)));
  }

  private static int sizeOfShape(TensorData tensor) {
    int size = 0;
    for (long dimension : tensor.shape()) {
      size += CodedOutputStream.computeInt64SizeNoTag(dimension);
    }
    return size;
  }

  private static DType dtype(TensorData tensor) {
    return switch (tensor.dtype()) {
      case FLOAT32 -> DType.DTYPE_FLOAT32;
      case INT64 -> DType.DTYPE_INT64;
    };
  }

  private static void write(TensorData tensor, ProtoWriter out) {
    if (tensor.isSparse()) {
      out.begin(Tensor.SPARSE_CSR_FIELD_NUMBER, sizeOfCsr(tensor));
      writeElements(SparseCsr.VALUES_FIELD_NUMBER, tensor, out);
      out.longs(SparseCsr.CROW_INDICES_FIELD_NUMBER, tensor.sparseCrowIndices());
      out.longs(SparseCsr.COL_INDICES_FIELD_NUMBER, tensor.sparseColIndices());
    } else {
      writeElements(Tensor.DENSE_FIELD_NUMBER, tensor, out);
    }
    out.integer(Tensor.DTYPE_FIELD_NUMBER, dtype(tensor).getNumber());
    int shape = sizeOfShape(tensor);
    if (shape > 0) {
      out.begin(Tensor.SHAPE_FIELD_NUMBER, shape);
      for (long dimension : tensor.shape()) {
        out.varint(dimension);
      }
    }
  }

  private static void writeElements(int field, TensorData tensor, ProtoWriter out) {
    switch (tensor.dtype()) {
      case FLOAT32 -> out.floats(field, tensor.floats());
      case INT64 -> out.longs(field, tensor.longs());
    }
  }

  private static int add(int a, int b) {
    return Math.addExact(a, b);
  }

  /** Numbers of the fields whose message has the name of a type here. */
  private static final class DatumFields {
    static final int MODEL_INPUT = io.tinker4j.types.proto.Datum.MODEL_INPUT_FIELD_NUMBER;
    static final int LOSS_FN_INPUTS = io.tinker4j.types.proto.Datum.LOSS_FN_INPUTS_FIELD_NUMBER;
    static final int MODEL_INPUT_SPANS =
        io.tinker4j.types.proto.Datum.MODEL_INPUT_SPANS_FIELD_NUMBER;
    static final int LOSS_FN_INPUT_SPANS =
        io.tinker4j.types.proto.Datum.LOSS_FN_INPUT_SPANS_FIELD_NUMBER;
  }
}
