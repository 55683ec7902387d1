package io.tinker4j.testkit.run;

import com.google.protobuf.ByteString;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import io.tinker4j.types.TopkLogprobs;
import io.tinker4j.types.UnloadModelResponse;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.SparseCsr;
import io.tinker4j.types.proto.Tensor;
import io.tinker4j.types.wire.SaveWeightsForSamplerResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes results: binary where asked for and where there is a binary form, else JSON. */
public final class ResultWriter {
  private ResultWriter() {}

  /**
   * Writes a result.
   *
   * @param nullForNaN whether JSON has null for numbers that are not finite
   * @throws IllegalArgumentException when it has such numbers and neither that nor a binary form
   */
  public static Answer write(Object result, boolean binary, boolean nullForNaN) {
    if (result instanceof StoredResult stored) {
      return stored.answer(binary, nullForNaN);
    }
    return switch (result) {
      case ForwardBackwardOutput output when binary ->
          Answer.protobuf(toProto(output).toByteArray());
      case SampleResponse response when binary -> Answer.protobuf(toProto(response).toByteArray());
      case UnloadModelResponse response -> JsonBodies.tagged(response, "unload_model");
      case SaveWeightsResponse response -> JsonBodies.tagged(response, "save_weights");
      case LoadWeightsResponse response -> JsonBodies.tagged(response, "load_weights");
      case SaveWeightsForSamplerResponse response ->
          JsonBodies.tagged(response, "save_weights_for_sampler");
      case ForwardBackwardOutput output when nullForNaN ->
          Answer.json(200, JsonBodies.writeWithNulls(fields(output)));
      case Object other when nullForNaN -> Answer.json(200, JsonBodies.writeWithNulls(other));
      default -> JsonBodies.ok(result);
    };
  }

  /** The JSON form, which may have numbers that JSON has no word for. */
  private static Map<String, Object> fields(ForwardBackwardOutput output) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("loss_fn_output_type", output.lossFnOutputType());
    fields.put(
        "loss_fn_outputs",
        output.lossFnOutputs().stream()
            .map(datum -> {
              Map<String, Object> tensors = new LinkedHashMap<>();
              datum.forEach((name, tensor) -> tensors.put(name, fields(tensor)));
              return tensors;
            })
            .toList());
    fields.put("metrics", output.metrics().asMap());
    return fields;
  }

  private static Map<String, Object> fields(TensorData tensor) {
    List<Number> data = new ArrayList<>();
    if (tensor.dtype() == TensorDtype.FLOAT32) {
      for (FloatBuffer values = tensor.floats(); values.hasRemaining(); ) {
        data.add(values.get());
      }
    } else {
      for (LongBuffer values = tensor.longs(); values.hasRemaining(); ) {
        data.add(values.get());
      }
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("data", data);
    fields.put("dtype", tensor.dtype());
    fields.put("shape", tensor.shape());
    return fields;
  }

  private static io.tinker4j.types.proto.SampleResponse toProto(SampleResponse response) {
    io.tinker4j.types.proto.SampleResponse.Builder proto =
        io.tinker4j.types.proto.SampleResponse.newBuilder()
            .setPromptCacheHitTokens(response.promptCacheHitTokens());
    for (SampledSequence sequence : response.sequences()) {
      io.tinker4j.types.proto.SampledSequence.Builder protoSequence =
          io.tinker4j.types.proto.SampledSequence.newBuilder()
              .setStopReason(
                  sequence.stopReason().known() == StopReason.Known.STOP
                      ? io.tinker4j.types.proto.StopReason.STOP_REASON_STOP
                      : io.tinker4j.types.proto.StopReason.STOP_REASON_LENGTH)
              .setTokens(bytes(sequence.tokens()));
      sequence.logprobs().ifPresent(logprobs -> protoSequence.setLogprobs(bytes(logprobs)));
      sequence
          .topkLogprobs()
          .ifPresent(topk -> protoSequence.setTopkSampledLogprobs(toProto(topk)));
      proto.addSequences(protoSequence);
    }
    response.promptLogprobs().ifPresent(logprobs -> proto.setPromptLogprobs(bytes(logprobs)));
    response.topkPromptLogprobs().ifPresent(topk -> proto.setTopkPromptLogprobs(toProto(topk)));
    response
        .targetPromptLogprobs()
        .ifPresent(logprobs -> proto.setTargetPromptLogprobs(toProto(logprobs)));
    response
        .promptAltTokens()
        .ifPresent(drawn ->
            proto.setPromptAltTokens(
                io.tinker4j.types.proto.PromptAltTokens.newBuilder()
                    .setTokens(toProto(drawn.tokens()))
                    .setLogprobs(toProto(drawn.logprobs()))));
    return proto.build();
  }

  private static Tensor toProto(TensorData tensor) {
    boolean isFloat = tensor.dtype() == TensorDtype.FLOAT32;
    ByteString values = isFloat ? bytes(tensor.floats()) : bytes(tensor.longs());
    Tensor.Builder proto =
        Tensor.newBuilder().setDtype(isFloat ? DType.DTYPE_FLOAT32 : DType.DTYPE_INT64);
    for (long dimension : tensor.shape()) {
      proto.addShape(dimension);
    }
    if (!tensor.isSparse()) {
      return proto.setDense(values).build();
    }
    return proto
        .setSparseCsr(
            SparseCsr.newBuilder()
                .setValues(values)
                .setCrowIndices(bytes(tensor.sparseCrowIndices()))
                .setColIndices(bytes(tensor.sparseColIndices())))
        .build();
  }

  private static io.tinker4j.types.proto.TopkLogprobs toProto(TopkLogprobs topk) {
    return io.tinker4j.types.proto.TopkLogprobs.newBuilder()
        .setTokenIds(bytes(topk.tokens()))
        .setLogprobs(bytes(topk.logprobs()))
        .setK(topk.k())
        .setLength(topk.length())
        .build();
  }

  /** One record for each run of datums whose tensors have the same trailing shape. */
  private static io.tinker4j.types.proto.ForwardBackwardOutput toProto(
      ForwardBackwardOutput output) {
    io.tinker4j.types.proto.ForwardBackwardOutput.Builder proto =
        io.tinker4j.types.proto.ForwardBackwardOutput.newBuilder()
            .setLossFnOutputType(output.lossFnOutputType())
            .putAllMetrics(output.metrics().asMap());
    List<Map<String, TensorData>> datums = output.lossFnOutputs();
    int start = 0;
    for (int end = 1; end <= datums.size(); end++) {
      if (end == datums.size() || !sameLayout(datums.get(start), datums.get(end))) {
        proto.addLossFnOutputs(record(datums.subList(start, end)));
        start = end;
      }
    }
    return proto.build();
  }

  private static boolean sameLayout(Map<String, TensorData> left, Map<String, TensorData> right) {
    if (!left.keySet().equals(right.keySet())) {
      return false;
    }
    for (Map.Entry<String, TensorData> field : left.entrySet()) {
      TensorData other = right.get(field.getKey());
      if (other == null
          || other.dtype() != field.getValue().dtype()
          || !Arrays.equals(trailingShape(field.getValue()), trailingShape(other))) {
        return false;
      }
    }
    return true;
  }

  private static long[] trailingShape(TensorData tensor) {
    long[] shape = tensor.shape();
    return shape.length < 2 ? new long[0] : Arrays.copyOfRange(shape, 1, shape.length);
  }

  private static ArrayRecord record(List<Map<String, TensorData>> datums) {
    ArrayRecord.Builder record =
        ArrayRecord.newBuilder().setTypeTag("ArrayRecord").setNumDatums(datums.size());
    for (String name : datums.get(0).keySet()) {
      record.putFields(name, batch(datums.stream().map(datum -> datum.get(name)).toList()));
    }
    return record.build();
  }

  private static BatchedTensor batch(List<TensorData> tensors) {
    boolean isFloat = tensors.get(0).dtype() == TensorDtype.FLOAT32;
    int width = isFloat ? Float.BYTES : Long.BYTES;
    int elements = tensors.stream().mapToInt(TensorData::size).sum();
    ByteBuffer data = littleEndian(elements * width);
    ByteBuffer offsets = littleEndian((tensors.size() + 1) * Long.BYTES);
    offsets.putLong(0);
    for (TensorData tensor : tensors) {
      if (isFloat) {
        data.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(tensor.floats());
      } else {
        data.slice().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(tensor.longs());
      }
      data.position(data.position() + tensor.size() * width);
      offsets.putLong(data.position());
    }
    BatchedTensor.Builder batch =
        BatchedTensor.newBuilder()
            .setData(ByteString.copyFrom(data.flip()))
            .setOffsets(ByteString.copyFrom(offsets.flip()))
            .setDtype(isFloat ? DType.DTYPE_FLOAT32 : DType.DTYPE_INT64);
    for (long dimension : trailingShape(tensors.get(0))) {
      batch.addTrailingShape(dimension);
    }
    return batch.build();
  }

  private static ByteString bytes(IntBuffer values) {
    ByteBuffer bytes = littleEndian(values.remaining() * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString bytes(LongBuffer values) {
    ByteBuffer bytes = littleEndian(values.remaining() * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString bytes(FloatBuffer values) {
    ByteBuffer bytes = littleEndian(values.remaining() * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
