"""CRM as a whole (客户关系管理): foundations, a small database, evaluation, strategy."""

__all__: list[str] = []
