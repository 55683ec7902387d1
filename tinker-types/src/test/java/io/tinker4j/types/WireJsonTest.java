package io.tinker4j.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.types.wire.AuthTokenResponse;
import io.tinker4j.types.wire.CreateModelResponse;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.CreateSessionResponse;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** How the types read and write; the literal texts are what the Python client sends or receives. */
class WireJsonTest {
  private final JsonMapper json = JsonMapper.builder().build();

  private <T> void roundTrip(String text, Class<T> type) {
    assertThat(json.readTree(json.writeValueAsString(json.readValue(text, type))))
        .isEqualTo(json.readTree(text));
  }

  @Test
  void loraConfig_defaults_areWrittenAndAbsentSeedIsNot() {
    assertThat(json.writeValueAsString(LoraConfig.builder().rank(8).build()))
        .isEqualTo("{\"rank\":8,\"train_unembed\":true,\"train_mlp\":true,\"train_attn\":true}");
  }

  @Test
  void adamParams_defaults_areThoseOfTheWire() {
    assertThat(json.readTree(json.writeValueAsString(AdamParams.builder().build())))
        .isEqualTo(
            json.readTree(
                """
                {"learning_rate":1.0E-4,"beta1":0.9,"beta2":0.95,"eps":1.0E-12,"weight_decay":0.0,"grad_clip_norm":0.0}
                """));
  }

  @Test
  void toString_ofWhatCarriesACredential_doesNotShowIt() {
    List<Object> carriers =
        List.of(
            AuthTokenResponse.builder().jwt("hidden").build(),
            LoadWeightsRequest.builder()
                .modelId("m")
                .path("p")
                .optimizer(false)
                .weightsAccessToken("hidden")
                .build(),
            CheckpointArchiveUrlResponse.builder()
                .url("https://h.test/x?sig=hidden")
                .expires(Instant.EPOCH)
                .build(),
            ExternalWeightsUrlsResponse.builder()
                .putUrls("a", "https://h.test/x?sig=hidden")
                .expires(Instant.EPOCH)
                .build());

    assertThat(carriers).allSatisfy(each -> assertThat(each.toString()).doesNotContain("hidden"));
    assertThat(carriers)
        .allSatisfy(each -> assertThat(json.writeValueAsString(each)).contains("hidden"));
  }

  @Test
  void billingUsage_withoutSessions_writesAnEmptyMap() {
    assertThat(
            json.writeValueAsString(
                BillingUsageResponse.builder().data(List.of()).sessions(Map.of()).build()))
        .isEqualTo("{\"data\":[],\"sessions\":{}}");
  }

  /** As docs/types.md says. */
  @Test
  void answer_whoseTagIsWrongOrMissing_isReadAllTheSame() {
    for (String tag : List.of("", ",\"type\":\"save_weights\"", ",\"type\":null", ",\"type\":7")) {
      assertThat(
              json.readValue("{\"session_id\":\"s\"" + tag + "}", CreateSessionResponse.class)
                  .sessionId())
          .isEqualTo("s");
      assertThat(json.readValue("{\"model_id\":\"m\"" + tag + "}", CreateModelResponse.class))
          .isEqualTo(CreateModelResponse.builder().modelId("m").build());
      assertThat(json.readValue("{\"path\":\"p\"" + tag + "}", SaveWeightsResponse.class))
          .isEqualTo(SaveWeightsResponse.builder().path("p").build());
    }
  }

  @Test
  void createSession_withNullsInMetadata_roundTrips() {
    roundTrip(
        """
        {"tags":["a"],"user_metadata":{"k":null,"n":{"x":[1,null]}},"sdk_version":"0.1","project_id":"p","type":"create_session"}
        """,
        CreateSessionRequest.class);
  }

  @Test
  void builder_metadataWithNull_isKept() {
    Map<String, @Nullable Object> metadata = new HashMap<>();
    metadata.put("k", null);

    CreateSessionRequest request =
        CreateSessionRequest.builder().sdkVersion("1").userMetadata(metadata).build();

    assertThat(json.writeValueAsString(request)).contains("\"user_metadata\":{\"k\":null}");
  }

  @Test
  void checkpoint_withOffsetTimeAndNulls_reads() {
    Checkpoint checkpoint =
        json.readValue(
            """
            {"checkpoint_id":"weights/1","checkpoint_type":"training","time":"2026-01-02T03:04:05.123456+02:00",
             "tinker_path":"tinker://r/weights/1","size_bytes":null,"expires_at":null,"new_field":{"a":1}}
            """,
            Checkpoint.class);

    assertThat(checkpoint.time()).isEqualTo(Instant.parse("2026-01-02T01:04:05.123456Z"));
    assertThat(checkpoint.checkpointType()).isEqualTo(CheckpointType.TRAINING);
    assertThat(checkpoint.sizeBytes()).isEmpty();
    assertThat(checkpoint.expiresAt()).isEmpty();
    assertThat(checkpoint.isPublic()).isFalse();
  }

  @Test
  void openEnum_unknownValue_isKeptAndWrittenBack() {
    CheckpointType type = json.readValue("\"archived\"", CheckpointType.class);

    assertThat(type.known()).isEqualTo(CheckpointType.Known.UNRECOGNIZED);
    assertThat(json.writeValueAsString(type)).isEqualTo("\"archived\"");
  }

  @Test
  void missingRequired_isRefusedWithItsName() {
    assertThatThrownBy(() -> json.readValue("{\"model_id\":\"m\"}", UntypedFuture.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("request_id");
  }

  @Test
  void missingRequiredList_isRefusedWithItsName() {
    assertThatThrownBy(() -> json.readValue("{}", GetServerCapabilitiesResponse.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("supported_models");
  }

  @Test
  void nullForRequired_isRefused() {
    assertThatThrownBy(() -> json.readValue("{\"request_id\":null}", UntypedFuture.class))
        .isInstanceOf(JacksonException.class);
  }

  @Test
  void sampleRequest_asThePythonClientSendsIt_roundTrips() {
    roundTrip(
        """
        {"num_samples":2,"prompt":{"chunks":[{"tokens":[1,2,3],"type":"encoded_text"},
          {"format":"png","location":"http://x/y.png","expected_tokens":4,"type":"image_asset_pointer"}]},
         "sampling_params":{"max_tokens":5,"seed":7,"stop":["a","b"],"temperature":0.5,"top_k":-1,"top_p":1.0},
         "sampling_session_id":"s","seq_id":0,"prompt_logprobs":true,"topk_prompt_logprobs":0,"type":"sample"}
        """,
        SampleRequest.class);
  }

  @Test
  void stop_eachForm_roundTrips() {
    for (String stop : List.of("[\"x\"]", "[\"a\",\"b\"]", "[1,2]", "[]")) {
      roundTrip(stop, StopCondition.class);
    }
    assertThat(json.readValue("\"x\"", StopCondition.class)).isEqualTo(StopCondition.text("x"));
    assertThatThrownBy(() -> json.readValue("[\"a\",1]", StopCondition.class))
        .isInstanceOf(JacksonException.class);
    assertThatThrownBy(() -> json.readValue("[1,\"a\"]", StopCondition.class))
        .isInstanceOf(JacksonException.class);
  }

  @Test
  void chunk_ofUnknownType_isKeptAndWrittenBack() {
    String text = "{\"chunks\":[{\"type\":\"video\",\"frames\":[1,2],\"fps\":2.5}]}";

    ModelInput input = json.readValue(text, ModelInput.class);

    assertThat(input.chunks().get(0)).isInstanceOf(ModelInputChunk.Unrecognized.class);
    assertThat(json.readTree(json.writeValueAsString(input))).isEqualTo(json.readTree(text));
  }

  @Test
  void samples_withANullAmongThem_areRefusedWithItsPlace() {
    assertThatThrownBy(() -> json.readValue("{\"sequences\":[null]}", SampleResponse.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("sequences[0] of SampleResponse is null");
  }

  @Test
  void tensor_denseAndSparse_roundTrip() {
    roundTrip("{\"data\":[1.5,-2.0],\"dtype\":\"float32\",\"shape\":[2]}", TensorData.class);
    roundTrip("{\"data\":[1,9007199254740993],\"dtype\":\"int64\"}", TensorData.class);
    roundTrip(
        """
        {"data":[1.0,2.0],"dtype":"float32","shape":[2,3],"sparse_crow_indices":[0,1,2],"sparse_col_indices":[2,0]}
        """,
        TensorData.class);
  }

  @Test
  void tensor_wrongShape_isRefused() {
    assertThatThrownBy(() ->
            json.readValue(
                "{\"data\":[1.5],\"dtype\":\"float32\",\"shape\":[2]}", TensorData.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("shape is [2]");
    assertThatThrownBy(() -> TensorData.ofFloats(new float[3], 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("data has 3");
  }

  @Test
  void tensor_nan_isRefusedInJson() {
    assertThatThrownBy(() -> json.writeValueAsString(TensorData.of(1f, Float.NaN)))
        .hasMessageContaining("data[1] is NaN");
  }

  @Test
  void sampleResponse_withPromptLogprobs_roundTrips() {
    roundTrip(
        """
        {"sequences":[{"stop_reason":"length","tokens":[5,6],"logprobs":[-0.5,-1.5]}],
         "prompt_logprobs":[null,-0.25],"topk_prompt_logprobs":[null,[[7,-0.5],[8,-1.5]]],"prompt_cache_hit_tokens":3}
        """,
        SampleResponse.class);
  }

  @Test
  void forwardBackwardOutput_withNullMetric_readsNan() {
    ForwardBackwardOutput output =
        json.readValue(
            """
            {"loss_fn_output_type":"ArrayRecord","loss_fn_outputs":[{"logprobs":{"data":[-0.5],"dtype":"float32","shape":[1]}}],
             "metrics":{"loss:sum":1.5,"x:mean":null}}
            """,
            ForwardBackwardOutput.class);

    assertThat(output.metrics().lossSum()).hasValue(1.5);
    assertThat(output.metrics().get("x:mean")).hasValue(Double.NaN);
    assertThat(output.lossFnOutputs().get(0)).containsEntry("logprobs", TensorData.of(-0.5f));
  }

  @Test
  void datum_supervised_shiftsTokensAndMask() {
    Datum datum = Datum.supervised(new int[] {1, 2, 3}, new boolean[] {true, false, true});

    assertThat(datum.modelInput().toInts()).containsExactly(1, 2);
    assertThat(datum.lossFnInputs())
        .containsEntry("target_tokens", TensorData.of(2, 3))
        .containsEntry("weights", TensorData.of(0f, 1f));
  }
}
