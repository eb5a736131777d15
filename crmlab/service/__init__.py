"""Service (客户服务)."""

from crmlab.service.machine import *
from crmlab.service.machine import state_machine
