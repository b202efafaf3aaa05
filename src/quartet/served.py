"""The code of every registered model: MLflow runs this file when it loads one (models from code)."""

from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from quartet.errors import QuartetError
from quartet.scoring import Scorer


class QuartetModel(PythonModel):
    """Raw input of a family (rows, text, picture bytes, node ids) → predictions."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read weights, settings and encoder."""
        self.scorer = Scorer(Path(context.artifacts["model"]))

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """`predicted`, and the probability of each class.

        Raises:
            MlflowException: the input is not what the model takes; a server answers 400, and says what is wrong.
        """
        try:
            return self.scorer.predict(model_input)
        except QuartetError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from error


set_model(QuartetModel())
