package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.types.TinkerPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiCompatibleTest {
  @ParameterizedTest
  @CsvSource({
    "https://host/services/prod, https://host/services/prod/oai/api/v1",
    "http://localhost:8000/, http://localhost:8000/oai/api/v1"
  })
  void baseUrl_isBesideTheServicesOwn(String service, String expected) {
    try (ServiceClient client =
        ServiceClient.builder().baseUrl(service).apiKey("tml-test").build()) {
      assertThat(OpenAiCompatible.baseUrl(client)).hasToString(expected);
    }
  }

  @Test
  void modelName_isThePath_orBaseModelAndPath() {
    TinkerPath path = TinkerPath.parse("tinker://run:train:0/sampler_weights/0001");

    assertThat(OpenAiCompatible.modelName(path)).isEqualTo(path.path());
    assertThat(OpenAiCompatible.modelName("org/model:peft:131072", path))
        .isEqualTo("org/model:peft:131072;tinker://run:train:0/sampler_weights/0001");
  }

  @ParameterizedTest
  @ValueSource(strings = {"weights", "external_weights"})
  void modelName_ofWhatIsNotForSampling_isRefused(String kind) {
    TinkerPath path = TinkerPath.parse("tinker://run/" + kind + "/0001");

    assertThatThrownBy(() -> OpenAiCompatible.modelName(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(path + " is not for sampling");
  }
}
