"""What keeps the tools from calling home and talking over our own output; how runs reach servers and show they live."""


def environment() -> dict[str, str]:
    """Variables that switch off every tool's telemetry and chatter; the user's own settings win over them."""
    return telemetry() | {
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the records still go to the server
        "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",  # of events that a killed server missed
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # 20 are too few on a busy machine
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # by which a server sees that a run was killed
        "MLFLOW_LOGGING_LEVEL": "WARNING",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # 7 hold a training for minutes when the server is down
        # Through the server, which is reached; the store behind it has an address that may mean nothing here.
        "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "false",
        "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "false",
    }


def telemetry() -> dict[str, str]:
    """Variables that keep the tools from calling home.

    Each is read by the pinned version: Prefect 3.8.8 in `prefect/settings/models/` and
    `prefect/_internal/analytics/enabled.py`, MLflow 3.17.2 in `mlflow/environment_variables.py`, DVC 3.67.1 in
    `dvc/analytics.py`. Great Expectations 1.24.1 has no telemetry left; its variable is for other versions.
    """
    return {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DVC_NO_ANALYTICS": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
