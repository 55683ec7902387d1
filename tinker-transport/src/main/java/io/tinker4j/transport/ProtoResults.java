package io.tinker4j.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.PromptAltTokens;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TopkLogprobs;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.SparseCsr;
import io.tinker4j.types.proto.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The binary form of the two results that have one. */
final class ProtoResults {
  private ProtoResults() {}

  /** Reads without copying the arrays out of the body; they are copied once, into the result. */
  private static CodedInputStream inPlace(ByteBuffer body) {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(body).newCodedInput();
    in.enableAliasing(true);
    return in;
  }

  static SampleResponse sample(ByteBuffer body) throws IOException {
    var message = io.tinker4j.types.proto.SampleResponse.parseFrom(inPlace(body));
    SampleResponse response =
        SampleResponse.of(message.getSequencesList().stream().map(ProtoResults::sequence).toList())
            .withPromptCacheHitTokens(message.getPromptCacheHitTokens());
    if (!message.getPromptLogprobs().isEmpty()) {
      response = response.withPromptLogprobs(ProtoArrays.floats(message.getPromptLogprobs()));
    }
    if (isPresent(message.getTopkPromptLogprobs())) {
      response = response.withTopkPromptLogprobs(topk(message.getTopkPromptLogprobs()));
    }
    if (message.hasTargetPromptLogprobs()) {
      response = response.withTargetPromptLogprobs(tensor(message.getTargetPromptLogprobs()));
    }
    if (message.hasPromptAltTokens()) {
      response =
          response.withPromptAltTokens(
              new PromptAltTokens(
                  tensor(message.getPromptAltTokens().getTokens()),
                  tensor(message.getPromptAltTokens().getLogprobs())));
    }
    return response;
  }

  private static boolean isPresent(io.tinker4j.types.proto.TopkLogprobs topk) {
    return topk.getK() > 0 && topk.getLength() > 0;
  }

  private static TopkLogprobs topk(io.tinker4j.types.proto.TopkLogprobs topk) {
    return TopkLogprobs.of(
        ProtoArrays.ints(topk.getTokenIds()),
        ProtoArrays.floats(topk.getLogprobs()),
        topk.getK(),
        topk.getLength());
  }

  private static SampledSequence sequence(io.tinker4j.types.proto.SampledSequence message) {
    StopReason reason =
        switch (message.getStopReason()) {
          case STOP_REASON_STOP -> StopReason.STOP;
          case STOP_REASON_LENGTH -> StopReason.LENGTH;
          case UNRECOGNIZED -> StopReason.of("stop_reason_" + message.getStopReasonValue());
        };
    IntBuffer tokens = ProtoArrays.ints(message.getTokens());
    SampledSequence sequence =
        message.getLogprobs().isEmpty()
            ? SampledSequence.of(reason, tokens)
            : SampledSequence.of(reason, tokens, ProtoArrays.floats(message.getLogprobs()));
    return isPresent(message.getTopkSampledLogprobs())
        ? sequence.withTopkLogprobs(topk(message.getTopkSampledLogprobs()))
        : sequence;
  }

  /** A tensor of an answer: as those of requests, and the narrower element types besides. */
  private static TensorData tensor(Tensor tensor) {
    long[] shape = tensor.getShapeList().stream().mapToLong(Long::longValue).toArray();
    if (!tensor.hasSparseCsr()) {
      return elements(tensor.getDtype(), tensor.getDtypeValue(), tensor.getDense(), shape);
    }
    if (shape.length != 2) {
      throw new IllegalArgumentException(
          "a sparse tensor has a shape of two dimensions, not " + shape.length);
    }
    SparseCsr csr = tensor.getSparseCsr();
    return elements(tensor.getDtype(), tensor.getDtypeValue(), csr.getValues(), new long[0])
        .asCsr(
            ProtoArrays.toLongs(csr.getCrowIndices()),
            ProtoArrays.toLongs(csr.getColIndices()),
            shape[0],
            shape[1]);
  }

  private static TensorData elements(DType dtype, int number, ByteString data, long[] shape) {
    return switch (dtype) {
      case DTYPE_FLOAT32 -> TensorData.ofFloats(ProtoArrays.floats(data), shape);
      case DTYPE_BFLOAT16 -> TensorData.ofFloats(ProtoArrays.bfloat16ToFloats(data), shape);
      case DTYPE_INT64 -> TensorData.ofLongs(ProtoArrays.longs(data), shape);
      case DTYPE_INT32 -> TensorData.ofLongs(ProtoArrays.intsToLongs(data), shape);
      case DTYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("element type " + number + " is not known");
    };
  }

  static ForwardBackwardOutput forwardBackward(ByteBuffer body) throws IOException {
    var message = io.tinker4j.types.proto.ForwardBackwardOutput.parseFrom(inPlace(body));
    String type = message.getLossFnOutputType();
    if (message.getLossFnOutputsCount() > 0) {
      type = type.substring(type.lastIndexOf(':') + 1);
    }
    return ForwardBackwardOutput.of(
        type.isBlank() ? "ArrayRecord" : type,
        outputs(message.getLossFnOutputsList()),
        Metrics.of(message.getMetricsMap()));
  }

  /**
   * Cuts the fields of all records into one map per datum. A field's pieces are lined up over the
   * records; the number of datums is what the records say or, when they say nothing, the number of
   * pieces of the first field.
   */
  private static List<Map<String, TensorData>> outputs(List<ArrayRecord> records) {
    Map<String, List<TensorData>> pieces = new LinkedHashMap<>();
    for (ArrayRecord record : records) {
      record
          .getFieldsMap()
          .forEach((name, batch) ->
              cut(batch, pieces.computeIfAbsent(name, unseen -> new ArrayList<>())));
    }
    long datums = records.stream().mapToLong(ArrayRecord::getNumDatums).sum();
    if (datums == 0 && !pieces.isEmpty()) {
      datums = pieces.values().iterator().next().size();
    }
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    for (int i = 0; i < datums; i++) {
      Map<String, TensorData> output = new LinkedHashMap<>();
      for (Map.Entry<String, List<TensorData>> field : pieces.entrySet()) {
        if (field.getValue().size() <= i) {
          throw new IllegalArgumentException(
              "field %s has %d entries for %d datums"
                  .formatted(field.getKey(), field.getValue().size(), datums));
        }
        output.put(field.getKey(), field.getValue().get(i));
      }
      outputs.add(output);
    }
    return outputs;
  }

  private static void cut(BatchedTensor batch, List<TensorData> pieces) {
    long[] offsets = ProtoArrays.toLongs(batch.getOffsets());
    long perRow = 1;
    for (long dimension : batch.getTrailingShapeList()) {
      perRow = Math.multiplyExact(perRow, dimension);
    }
    for (int i = 0; i + 1 < offsets.length; i++) {
      ByteString piece =
          batch.getData().substring(Math.toIntExact(offsets[i]), Math.toIntExact(offsets[i + 1]));
      long[] shape = shape(piece.size() / width(batch), batch, perRow);
      pieces.add(elements(batch.getDtype(), batch.getDtypeValue(), piece, shape));
    }
  }

  private static long[] shape(int elements, BatchedTensor batch, long perRow) {
    long[] shape = new long[1 + batch.getTrailingShapeCount()];
    shape[0] = perRow == 0 ? 0 : elements / perRow;
    for (int i = 1; i < shape.length; i++) {
      shape[i] = batch.getTrailingShape(i - 1);
    }
    return shape;
  }

  private static int width(BatchedTensor batch) {
    return switch (batch.getDtype()) {
      case DTYPE_FLOAT32, DTYPE_INT32 -> 4;
      case DTYPE_INT64 -> 8;
      case DTYPE_BFLOAT16 -> 2;
      case DTYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "element type " + batch.getDtypeValue() + " is not known");
    };
  }
}
